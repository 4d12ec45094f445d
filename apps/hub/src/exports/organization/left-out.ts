/** Tables of an organization that its export leaves out, and why: the manifest says so. Every other is in it by itself. */
export const LEFT_OUT_TABLES: Readonly<Record<string, string>> = {
  secret: 'Credentials and secrets, sealed: connect again where the export is taken to.',
  access_token: 'Access tokens of platforms, sealed; they are fetched anew.',
  connection_grant: 'Grants of access that are under way, sealed.',
  import_piece: 'Contents of files that are being imported, sealed.',
}

/** Columns that no export has: what is sealed, by which key, and hashes that something could be guessed by. */
export function isLeftOut(column: string): boolean {
  return column.startsWith('sealed') || column === 'key_name' || column.endsWith('_hash')
}
