// The storyboard's buttons: what they ask goes to the server as one event; the address names the story that is open.
const fieldsOf = (editor) => [...editor.querySelectorAll('[data-of]')];
const openedFor = new WeakMap(); // the frame that an editor was opened for
element.addEventListener('beforetoggle', (event) => {
  if (event.newState === 'open') openedFor.set(event.target, event.target.dataset.was);
}, true);

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button || button.disabled) return;
  if (button.dataset.ask && !window.confirm(button.dataset.ask)) return;
  const { seen } = button.closest('[data-seen]').dataset;
  const asked = { act: button.dataset.do, frame: Number(button.dataset.frame), seen };
  if (button.dataset.version) asked.version = Number(button.dataset.version);
  const editor = button.closest('[popover]');
  if (editor) {
    if (openedFor.get(editor) !== editor.dataset.was) asked.seen = ''; // of a frame that is gone
    for (const field of fieldsOf(editor)) asked[field.dataset.of] = field.value;
    editor.hidePopover();
  }
  trigger('act', asked);
});

watch('value', () => {
  const board = element.querySelector('[data-story]');
  const address = new URL(window.location.href);
  if (board) address.searchParams.set('story', board.dataset.story);
  else address.searchParams.delete('story');
  window.history.replaceState(null, '', address);
  const open = element.querySelector('[popover]:popover-open');
  const typed = open && fieldsOf(open).map((field) => field.value);
  const was = open && openedFor.get(open);
  const editors = [...element.querySelectorAll('[popover]')];
  const now = open && open.dataset.was !== was && editors.find((editor) => editor.dataset.was === was);
  if (now) now.showPopover(); // the card shows another frame now: what is typed goes with its own
  for (const editor of editors) {
    if (editor === (now || open)) continue;
    for (const field of fieldsOf(editor)) field.value = field.defaultValue;
  }
  if (now) fieldsOf(now).forEach((field, n) => { field.value = typed[n]; });
});
