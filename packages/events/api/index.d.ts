// index.d.ts
export {};
