export function renderStorefront(_view: unknown): string {
  return '<!doctype html><title>Shop</title>'
}
