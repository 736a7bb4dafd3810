// From landing to a licensed, stamped file; and a composer's report that moves.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DESK, PHONE, binary, openBrowser, openPage, openStore, overflow, shoot } from './world.mjs'

let store
let browser

before(async () => {
  store = await openStore()
  browser = await openBrowser()
})

after(async () => {
  await browser?.close()
  await store?.close()
})

/** Walks from the landing page to the downloaded file, counting clicks after play was pressed. */
async function buy(page, name, { plays }) {
  await page.goto(store.origin)
  await shoot(page, `${name}-1-home`)
  assert.ok((await page.locator('[data-play]').count()) >= 12, 'the catalogue is furnished')
  if (plays) {
    await page.locator('[data-play]').first().click()
    // The clock follows the audio element's own time: it moves only while sound is played.
    await page.locator('[data-play][data-playing]').first().waitFor()
    const clock = () => page.locator('#player [data-at]').innerText()
    const first = await clock()
    await page.waitForFunction((t) => document.querySelector('#player [data-at]').innerText !== t, first)
    await shoot(page, `${name}-2-playing`)
  }
  let clicks = 0
  const click = async (locator) => {
    clicks += 1
    await locator.first().click()
  }
  await click(page.locator('main a[href$="/license"]'))
  await page.waitForURL(/\/license/)
  await shoot(page, `${name}-3-quote`)
  await click(page.getByRole('button', { name: /continue/i }))
  await page.waitForURL(/checkout/)
  await page.locator('input[name="licensee"]').fill('Ada Byron')
  await shoot(page, `${name}-4-checkout`)
  await click(page.getByRole('button', { name: /pay/i }))
  await page.waitForURL(/\/licences\//)
  await shoot(page, `${name}-5-licence`)
  const code = (await page.locator('body').innerText()).match(/[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}/)?.[0]
  assert.ok(code, 'the licence page shows its code')
  const download = page.waitForEvent('download')
  await click(page.locator('main a[href*="/files/"]'))
  const file = await download
  assert.ok(clicks <= 4, `${clicks} clicks from play to file`)
  assert.ok(file.suggestedFilename().includes(code), `the code is in ${file.suggestedFilename()}`)
  const path = join(store.folder, file.suggestedFilename())
  await file.saveAs(path)
  return { code, path }
}

for (const [name, viewport] of [['phone', PHONE], ['desk', DESK]]) {
  test(`landing_to_licensed_stamped_file_in_four_clicks_on_a_${name}`, async () => {
    const { page, faults, close } = await openPage(browser, viewport)
    const { path } = await buy(page, name, { plays: true })
    const said = execFileSync(binary, ['verify', path, '--issuer', join(store.folder, 'jwks.json')], {
      encoding: 'utf8',
    })
    assert.match(said, /valid/i)
    assert.deepEqual(faults, [])
    await close()
  })
}

test('without_script_everything_but_playing_works', async () => {
  const { page, close } = await openPage(browser, PHONE, { javaScriptEnabled: false })
  const { code } = await buy(page, 'noscript', { plays: false })
  await page.goto(`${store.origin}/l/${code}`)
  assert.match(await page.locator('main').innerText(), /valid/i)
  await shoot(page, 'noscript-6-public')
  await close()
})

test('no_page_scrolls_sideways_or_logs_an_error', async () => {
  for (const [name, viewport] of [['phone', PHONE], ['desk', DESK]]) {
    for (const scheme of ['light', 'dark']) {
      const { page, faults, close } = await openPage(browser, viewport, { colorScheme: scheme })
      await page.goto(store.origin)
      const track = await page.locator('main a[href^="/tracks/"]').first().getAttribute('href')
      const paths = ['/', '/?q=lofi+beat', '/?q=zzzzqqqq', track, `${track.replace(/\/license$/, '')}/license`, '/bundles', '/verify', '/suggest', '/check', '/cue-sheet']
      for (const path of paths) {
        await page.goto(store.origin + path)
        assert.ok((await overflow(page)) <= 0, `${path} scrolls sideways on a ${name}`)
        await shoot(page, `${name}-${scheme}-${path.replace(/[^a-z0-9]+/gi, '_')}`)
      }
      assert.deepEqual(faults, [])
      await close()
    }
  }
})

/** A signed-in composer changes the price of a cut and takes it back; the page fits both sizes. */
async function changePrice(page) {
  await page.goto(`${store.origin}/prices`)
  for (const [name, viewport] of [['phone', PHONE], ['desk', DESK]]) {
    await page.setViewportSize(viewport)
    await shoot(page, `${name}-9-prices`)
    assert.ok((await overflow(page)) <= 0, `/prices scrolls sideways on a ${name}`)
  }
  const tier = page.locator('#tier-creator')
  const price = tier.locator('input[name^="price."]').first()
  const before = await price.inputValue()
  await price.fill('6.50')
  await tier.getByRole('button', { name: /save/i }).click()
  await page.locator('[role="status"]').first().waitFor()
  assert.equal(await price.inputValue(), '6.50')
  await tier.getByRole('button', { name: /undo/i }).click()
  await page.locator('[role="status"]').first().waitFor()
  assert.equal(await price.inputValue(), before, 'the change was taken back')
}

test('a_composer_sets_prices_and_sees_the_report_move_when_a_use_arrives', async () => {
  const said = store.said()
  const link = said.match(/composer[^\n]*?(https?:\/\/\S+\/sign-in\/\S+)/i)?.[1]
  const key = said.match(/sk_live_[A-Za-z0-9_-]+/)?.[0]
  assert.ok(link && key, 'the demo prints a composer link and an API key')
  const { page, faults, close } = await openPage(browser, DESK)
  await page.goto(link)
  await page.getByRole('button', { name: /sign in/i }).first().click()
  await changePrice(page)
  await page.goto(`${store.origin}/report`)
  await shoot(page, 'desk-7-report')
  const balance = () => page.locator('.figure').first().innerText()
  const before = await balance()
  const title = (await page.locator('td a[href^="/tracks/"]').first().innerText()).trim()
  const api = async (path, body, headers = {}) => {
    const answer = await fetch(store.origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
      body: JSON.stringify(body),
    })
    const json = await answer.json()
    assert.ok(answer.ok, JSON.stringify(json))
    return json
  }
  const found = await (await fetch(`${store.origin}/v1/tracks?q=${encodeURIComponent(title)}`)).json()
  const quote = await api('/v1/quotes', { bundle: 'bundle_10' })
  const licence = await api(
    '/v1/licences',
    { quote: quote.id, offer: quote.options[0].offer, licensee: { name: 'Ada' }, payment: { method: 'sandbox', card: '4242424242424242' } },
    { 'idempotency-key': `e2e-${Date.now()}` },
  )
  const use = await api('/v1/uses', {
    id: `e2e:${Date.now()}`,
    licence_code: licence.code,
    track: found.tracks[0].id,
    placement: 'tiktok',
    purpose: 'monetised_creator',
    clip_ms: 15000,
    published_at: new Date().toISOString(),
  })
  assert.equal(use.accepted, 1, JSON.stringify(use))
  await page.waitForFunction(
    (old) => document.querySelector('.figure').innerText !== old,
    before,
    { timeout: 5000 },
  )
  await shoot(page, 'desk-8-report-moved')
  assert.deepEqual(faults, [])
  await close()
})

/** Signs somebody in with a link of the binary's own making. */
async function signIn(page, role, name) {
  const said = execFileSync(binary, ['link', '--store', store.folder, '--role', role, '--name', name], { encoding: 'utf8' })
  const secret = said.match(/\/sign-in\/([\w-]+)/)?.[1]
  assert.ok(secret, 'a sign-in link is printed')
  await page.goto(`${store.origin}/sign-in/${secret}`)
  await page.locator('main button[type="submit"]').click()
  await page.waitForLoadState()
}

test('the_operator_makes_a_code_and_closes_it_after_a_question', async () => {
  const { page, faults, close } = await openPage(browser, DESK)
  await signIn(page, 'operator', 'Olga')
  await page.getByRole('link', { name: 'Terms of sale' }).click()
  await page.getByLabel('Code', { exact: true }).fill('spring')
  await page.getByLabel('Takes off').fill('20 %')
  await page.getByRole('button', { name: 'Make the code' }).click()
  await page.getByText('SPRING is saved.').waitFor()
  for (const [name, viewport] of [['phone', PHONE], ['desk', DESK]]) {
    await page.setViewportSize(viewport)
    await shoot(page, `${name}-10-promos`)
    assert.ok((await overflow(page)) <= 0, `the codes scroll sideways on a ${name}`)
  }
  await page.getByRole('button', { name: 'Close: SPRING' }).click()
  await page.getByRole('button', { name: 'Yes, close SPRING' }).click()
  await page.getByText('SPRING is closed.').waitFor()
  assert.deepEqual(faults, [])
  await close()
})

test('a_buyer_who_signed_in_finds_what_they_bought', async () => {
  const { page, faults, close } = await openPage(browser, PHONE)
  await signIn(page, 'buyer', 'Mia')
  await page.goto(`${store.origin}/licences`)
  await page.getByText('You have no licence yet').waitFor()
  const { code } = await buy(page, 'signed-in', { plays: false })
  await page.goto(`${store.origin}/licences`)
  assert.ok((await page.locator('.owned').innerText()).includes(code), 'the list shows the key')
  for (const [name, viewport] of [['phone', PHONE], ['desk', DESK]]) {
    await page.setViewportSize(viewport)
    await shoot(page, `${name}-11-licences`)
    assert.ok((await overflow(page)) <= 0, `/licences scrolls sideways on a ${name}`)
  }
  await page.getByRole('link', { name: new RegExp(code) }).click()
  await page.locator('#code').waitFor()
  assert.equal(await page.locator('#code').innerText(), code)
  assert.deepEqual(faults, [])
  await close()
})
