export { type StoreCase, type StoreHarness, storeContract } from './store-contract.ts';
