// The real binary with a fresh demo, and a real browser in front of it.
import { spawn, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const binary = process.env.CLEARCUE_BIN ?? join(root, 'target', 'debug', 'clearcue')
export const shots = join(root, 'e2e', 'shots')

export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1280, height: 900 }

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const chromiumPath = () => {
  for (const name of [process.env.CLEARCUE_CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome']) {
    if (!name) continue
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim()
    } catch {
      // Not this one; the next may be there.
    }
  }
  throw new Error('no Chromium: run `make services`, or set CLEARCUE_CHROMIUM')
}

/** Starts the demo in a new folder and waits until it serves. */
export async function openStore() {
  const folder = mkdtempSync(join(tmpdir(), 'clearcue-e2e-'))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const child = spawn(binary, ['demo', '--dir', join(folder, 'demo'), '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (data) => (said += data))
  child.stderr.on('data', (data) => (said += data))
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const close = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const deadline = Date.now() + 420_000
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await close()
      throw new Error(`the demo did not come up:\n${said.slice(-3000)}`)
    }
    const answer = await fetch(`${origin}/v1/health`).catch(() => null)
    if (answer?.ok) break
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  // The links are printed once it serves.
  while (!/sk_live_/.test(said) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100))
  return { origin, folder: join(folder, 'demo'), said: () => said, close }
}

/** A browser that reaches nothing but this machine. */
export function openBrowser() {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  })
}

/** A page that collects what went wrong on it. */
export async function openPage(browser, viewport, options = {}) {
  const context = await browser.newContext({ viewport, acceptDownloads: true, ...options })
  const page = await context.newPage()
  const faults = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  return { page, faults, close: () => context.close() }
}

/** Keeps a picture of a page, whole. */
export async function shoot(page, name) {
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

/** How far a page can be scrolled sideways, in CSS pixels: nothing should be. */
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
