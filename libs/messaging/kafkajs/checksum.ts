/** CRC-32C, reflected. The n-th table is what a byte comes to when n more bytes follow it. */
const POLYNOMIAL = 0x82f63b78;
const tables = Array.from({ length: 8 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  tables[0]![byte] = crc;
}
for (let byte = 0; byte < 256; byte += 1)
  for (let n = 1; n < 8; n += 1) {
    const before = tables[n - 1]![byte]!;
    tables[n]![byte] = tables[0]![before & 0xff]! ^ (before >>> 8);
  }
const [T0, T1, T2, T3, T4, T5, T6, T7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** kafkajs takes a byte at a time; this takes eight. */
export const checksum = (bytes: Buffer): number => {
  let crc = -1;
  let at = 0;
  for (const whole = bytes.length - 7; at < whole; at += 8)
    crc =
      T7[(crc ^ bytes[at]!) & 0xff]! ^
      T6[((crc >>> 8) ^ bytes[at + 1]!) & 0xff]! ^
      T5[((crc >>> 16) ^ bytes[at + 2]!) & 0xff]! ^
      T4[(crc >>> 24) ^ bytes[at + 3]!]! ^
      T3[bytes[at + 4]!]! ^
      T2[bytes[at + 5]!]! ^
      T1[bytes[at + 6]!]! ^
      T0[bytes[at + 7]!]!;
  for (; at < bytes.length; at += 1) crc = T0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
};
