/** The entity tag of terms at a version. Strong, because If-Match compares strongly; nothing is cached under it. */
export const etagOf = (termsVersion: number): string => `"${termsVersion}"`;
