// What a view is drawn from, in place of the model that a kernel keeps up to date: named values, and who listens to them.

export class Model {
  #values;
  #listeners = [];
  #unsaved = {};

  // `told` hears what a view has changed when it saves; `sent` hears its messages.
  constructor(values, { told = () => {}, sent = () => {} } = {}) {
    this.#values = { ...values };
    Object.assign(this, { told, sent });
  }

  get(name) {
    return this.#values[name];
  }

  has(name) {
    return name in this.#values;
  }

  set(name, value) {
    if (Object.is(this.#values[name], value)) return;
    this.#unsaved[name] = value;
    this.put({ [name]: value });
  }

  // Other values from outside: the view hears of them, nobody else does.
  put(values) {
    const changed = Object.keys(values).filter((name) => !Object.is(this.#values[name], values[name]));
    Object.assign(this.#values, values);
    for (const name of changed) {
      for (const { event, act } of [...this.#listeners]) if (event === `change:${name}`) act();
    }
  }

  save_changes() {
    const changes = this.#unsaved;
    this.#unsaved = {};
    if (Object.keys(changes).length) this.told(changes, this);
  }

  send(message) {
    this.sent(message, this);
  }

  on(event, act) {
    this.#listeners.push({ event, act });
  }

  // As Backbone has it: null stands for any.
  off(event = null, act = null) {
    this.#listeners = this.#listeners.filter((l) => (event && l.event !== event) || (act && l.act !== act));
  }
}
