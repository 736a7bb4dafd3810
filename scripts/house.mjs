// Who may depend on whom. The table is the house's plan (docs/decisions/0001-the-house.md);
// this check holds it against what cargo says, and looks for rings of modules inside a crate.
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

const MAY_USE = {
  ledger: [],
  'licence-key': [],
  tlog: [],
  audio: [],
  synth: [],
  paper: [],
  export: [],
  store: [],
  domain: ['ledger', 'licence-key'],
  meter: ['domain', 'ledger', 'licence-key'],
  app: ['domain', 'ledger', 'licence-key', 'audio', 'meter', 'store', 'paper', 'tlog', 'export'],
  web: ['app', 'domain', 'ledger'],
  server: ['web', 'app', 'store', 'licence-key', 'synth', 'tlog'],
  spec: '*',
  bench: '*',
}
// Tests may reach further down, never up.
const TESTS_MAY_ALSO = { audio: ['synth'], web: ['store', 'licence-key', 'synth', 'audio'], server: ['audio', 'domain', 'ledger'], app: ['synth'] }
// Nobody uses these.
const TOPS = ['spec', 'bench']
// Floors that must stay free of the outside: no async, database, HTTP.
const PURE = ['ledger', 'licence-key', 'tlog', 'audio', 'synth', 'paper', 'export', 'domain', 'meter']
const NOT_IN_PURE = ['tokio', 'sqlx', 'axum', 'hyper', 'reqwest', 'tracing', 'getrandom', 'rand', 'tower-http']
// How long a file may get before it must say why: see CONTRIBUTING.md.
const FILE_MAX = 420

const faults = []
const metadata = JSON.parse(
  execFileSync('cargo', ['metadata', '--format-version', '1', '--no-deps', '--locked'], { maxBuffer: 1 << 28 }),
)
const ours = new Set(metadata.packages.map((p) => p.name))
for (const pkg of metadata.packages) {
  const may = MAY_USE[pkg.name]
  if (may === undefined) {
    faults.push(`crate ${pkg.name} has no line in scripts/house.mjs: decide which floor it stands on`)
    continue
  }
  for (const dep of pkg.dependencies) {
    const test = dep.kind === 'dev'
    if (PURE.includes(pkg.name) && !test && NOT_IN_PURE.includes(dep.name)) {
      faults.push(`${pkg.name} must stay pure, but depends on ${dep.name}`)
    }
    if (!ours.has(dep.name)) continue
    const allowed = may === '*' || may.includes(dep.name) || (test && TESTS_MAY_ALSO[pkg.name]?.includes(dep.name))
    if (!allowed || TOPS.includes(dep.name)) faults.push(`${pkg.name} may not use ${dep.name}${test ? ', not even in tests' : ''}`)
  }
}

const sources = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name)
    return e.isDirectory() ? sources(path) : e.name.endsWith('.rs') ? [path] : []
  })

// A module belongs to its first folder or file below src: rings are looked for between those.
const moduleOf = (root, path) => relative(root, path).replace(/\.rs$/, '').split('/')[0]
for (const pkg of metadata.packages) {
  const root = join(pkg.manifest_path, '..', 'src')
  const arrows = new Map()
  const files = sources(root)
  const modules = new Set(files.map((f) => moduleOf(root, f)))
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const lines = text.split('\n').length
    if (lines > FILE_MAX) faults.push(`${relative('.', file)} has ${lines} lines, more than one sitting can read (${FILE_MAX})`)
    const from = moduleOf(root, file)
    if (['lib', 'main'].includes(from)) continue
    // What stands behind `#[cfg(test)]` at the foot of a file is not part of the structure.
    const code = text.split(/^#\[cfg\(test\)\]$/m)[0].replace(/^\s*\/\/.*$/gm, '')
    for (const [, to] of code.matchAll(/\bcrate::([a-z_]+)/g)) {
      if (to !== from && modules.has(to)) (arrows.get(from) ?? arrows.set(from, new Set()).get(from)).add(to)
    }
  }
  const seen = new Map()
  const walk = (at, path) => {
    if (path.includes(at)) {
      const ring = [...path.slice(path.indexOf(at)), at].join(' -> ')
      faults.push(`crate ${pkg.name} has a ring of modules: ${ring}`)
      return
    }
    if (seen.has(at)) return
    for (const next of arrows.get(at) ?? []) walk(next, [...path, at])
    seen.set(at, true)
  }
  for (const module of modules) walk(module, [])
}

if (faults.length > 0) {
  for (const fault of new Set(faults)) console.error(`house: ${fault}`)
  process.exit(1)
}
console.log(`house: ${metadata.packages.length} crates, every arrow points down`)
