// testing/index.d.ts
export {};
