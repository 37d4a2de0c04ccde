// The picture of the README: a chemical plant near the 任河 in 城口, its verdict and the article that gives it.
//
//   node run.mjs scenarios/readme_picture.mjs http://127.0.0.1:8000 ../../docs      writes docs/screenshot.png
export default async ({page, baseUrl, shot}) => {
  await page.setViewportSize({width: 1280, height: 800});
  await page.goto(`${baseUrl}/?lang=zh`);
  await page.waitForSelector('body[data-ready]');
  await page.evaluate(() => { window.map_fenqu.setView([31.93, 108.72], 11, {animate: false}); return 0; });
  await page.fill('#lon', '108.75');
  await page.fill('#lat', '31.929');
  await page.click('#site-go');
  await page.fill('#activity', '化工');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.selectOption('#fact-nature', 'new');
  await page.waitForSelector('.preset');
  await page.waitForTimeout(600);
  await page.evaluate(() => { window.map_fenqu.setView([31.93, 108.75], 11, {animate: false}); return 0; });
  await page.waitForLoadState('networkidle');
  await page.click('#check');
  await page.waitForSelector('#verdict');
  await page.waitForFunction(() => document.querySelectorAll('.leaflet-hits-pane path').length > 0);
  await page.mouse.move(5, 5);
  await page.waitForTimeout(900);
  return shot('screenshot');
};
