// From a finding on the map to its rule and history, and through the rulebook by its filters; both languages, a phone.
const faults = (page) => page.evaluate(() => {
  const named = (node) => node.getAttribute('aria-label') || node.title || node.labels?.[0]?.textContent.trim() || node.textContent.trim();
  return {
    unnamed: [...document.querySelectorAll('button, input:not([type=hidden]), select, a')].filter((node) => !named(node)).map((node) => node.outerHTML.slice(0, 80)),
    tooWide: document.documentElement.scrollWidth - window.innerWidth,
    duplicateIds: [...document.querySelectorAll('[id]')].map((node) => node.id).filter((id, i, all) => all.indexOf(id) !== i),
  };
});

const rows = (page) => page.$$eval('.rules section tbody th', (cells) => cells.map((cell) => cell.innerText.trim()));

export default async ({page, context, baseUrl, shot}) => {
  const result = {};
  await page.goto(`${baseUrl}/rules?lang=zh&on=2026-11-21`);
  result.all = (await rows(page)).length;
  result.count = await page.textContent('.count');
  result.desk = await faults(page);
  await shot('rules');

  await page.selectOption('select[name=layer]', 'drinking_water_zone');
  await page.selectOption('select[name=activity]', 'HOTEL');
  await page.selectOption('select[name=place]', '500152');
  await page.click('.filters button');
  await page.waitForURL(/layer=drinking_water_zone/);
  result.filtered = await rows(page);
  result.kept = await page.inputValue('select[name=activity]');
  await shot('rules_filtered');

  await page.click('a:has(code:text-is("WS-04"))');
  await page.waitForURL(/\/rules\/WS-04/);
  result.rule = await page.innerText('main');
  await shot('rule');
  await page.click('nav a[hreflang=en]');
  await page.waitForURL(/lang=en/);
  result.english = {lang: await page.getAttribute('html', 'lang'), on: new URL(page.url()).searchParams.get('on'), text: await page.innerText('main')};

  await page.goto(`${baseUrl}/rules/PA-01?lang=zh&on=2026-03-14`);
  result.versions = await page.$$eval('.version', (nodes) => nodes.map((node) => [node.id, node.classList.contains('is-in-force')]));
  await page.setViewportSize({width: 390, height: 800});
  result.phone = await faults(page);
  await shot('rule_phone');
  await page.setViewportSize({width: 1280, height: 800});

  await page.goto(`${baseUrl}/?lang=zh`);
  await page.waitForSelector('body[data-ready]');
  result.nav = await page.getAttribute('nav a[href^="/rules"]', 'href');
  await page.fill('#lon', '105.84');
  await page.fill('#lat', '30.19');
  await page.press('#lat', 'Enter');
  await page.fill('#activity', '化工项目');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.click('#check');
  await page.waitForSelector('.finding');
  const finding = page.locator('.finding').first();
  if (await finding.getAttribute('open') === null) await finding.locator('summary').first().click();
  result.link = await finding.locator('a[href^="/rules/"]').getAttribute('href');
  const opened = context.waitForEvent('page');
  await finding.locator('a[href^="/rules/"]').click();
  const rulePage = await opened;
  await rulePage.waitForLoadState();
  result.opened = await rulePage.textContent('h2.one code');
  return result;
};
