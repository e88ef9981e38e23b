// The storyboard's buttons: what they ask goes to the server as one event; the address names the story that is open.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button || button.disabled) return;
  if (button.dataset.ask && !window.confirm(button.dataset.ask)) return;
  const { seen } = button.closest('[data-seen]').dataset;
  const asked = { act: button.dataset.do, frame: Number(button.dataset.frame), seen };
  if (button.dataset.version) asked.version = Number(button.dataset.version);
  const editor = button.closest('[popover]');
  if (editor) {
    for (const field of editor.querySelectorAll('[data-of]')) asked[field.dataset.of] = field.value;
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
  for (const editor of element.querySelectorAll('[popover]')) {
    if (editor.matches(':popover-open')) continue;
    for (const field of editor.querySelectorAll('[data-of]')) field.value = field.defaultValue;
  }
});
