declare module 'opossum-latest' {
  export { default } from 'opossum';
}
