/** `1234567.5` as people read it: 1,234,567.50. */
export const shown = (amount: string): string => {
  const [whole = '', part = ''] = amount.split('.');
  return `USD ${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${part.padEnd(2, '0')}`;
};

export const sum = (amounts: readonly string[]): string => {
  const units = amounts.reduce((total, amount) => {
    const [whole = '', part = ''] = amount.split('.');
    return total + BigInt(whole + part.padEnd(4, '0'));
  }, 0n);
  const digits = units.toString().padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0+$/, '');
};
