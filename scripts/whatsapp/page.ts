/** The customer's phone: what was said, and where he writes. */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A customer's WhatsApp</title>
<style>
  body { font: 1rem system-ui; max-width: 32rem; margin: 1rem auto; padding: 0 1rem }
  li { list-style: none; margin: .4rem 0; padding: .5rem .8rem; border-radius: .6rem; background: #eee; white-space: pre-line }
  li.company { background: #dcf8c6; margin-left: 3rem }
  ul { padding: 0 }
  input, textarea, button { font: inherit; width: 100%; box-sizing: border-box; margin: .2rem 0; padding: .5rem }
</style>
<h1>A customer's WhatsApp</h1>
<ul id="thread"></ul>
<form id="form">
  <label>Telephone <input name="from" value="254733000111" pattern="[0-9]{7,15}" required></label>
  <label>Message <textarea name="text" required></textarea></label>
  <button>Send</button>
</form>
<script>
  const list = document.getElementById('thread');
  async function show() {
    const said = await (await fetch('/thread')).json();
    list.replaceChildren(...said.map(({ from, text }) => {
      const item = document.createElement('li');
      item.className = from === 'company' ? 'company' : '';
      item.textContent = text;
      return item;
    }));
  }
  document.getElementById('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const { from, text } = event.target;
    await fetch('/write', { method: 'POST', body: JSON.stringify({ from: from.value, text: text.value }) });
    text.value = '';
    await show();
  });
  setInterval(show, 1000);
  show();
</script>
</html>`;
