const t0 = performance.now();
let p = t0;
const list = process.argv.slice(2);
for (const m of list) {
  await import(m);
  const n = performance.now();
  console.log((n - p).toFixed(1).padStart(7), m);
  p = n;
}
console.log((p - t0).toFixed(1), 'total');
