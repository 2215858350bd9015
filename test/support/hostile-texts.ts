/** What an attacker might call a container, a label or a browser. */
export const hostileTexts: readonly string[] = [
  '<script>document.title="owned"</script>',
  '<img src=x onerror=document.title="owned">',
  '"><svg/onload=document.title="owned">',
  "javascript:document.title='owned'",
  '{{constructor.constructor("document.title=1")()}}',
  '${document.title="owned"}',
  '</textarea></title></style><b>bold</b>',
  '\u001b[31mred\u001b[0m\u0007',
  'exe\u202egpj.evil',
  'zero\u200bwidth\u2060joiner\ufeff',
  'line\nbreak\ttab\r',
  'nul\u0000byte',
  '__proto__',
  '=cmd|calc!A1',
  'é\u0301'.repeat(300),
  'x'.repeat(20_000),
]
