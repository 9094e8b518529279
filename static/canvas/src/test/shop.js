// A small shop's abandoned cart, for the tests.
const NEXT = [{ id: "next", label: "" }];
const kind = (family, title, icon, more = {}) => ({
  family,
  title,
  icon,
  outlets: NEXT,
  hasInput: true,
  compact: false,
  hasNumbers: true,
  ...more,
});

export const CATALOG = {
  families: [
    { id: "trigger", title: "Triggers" },
    { id: "timing", title: "Timing" },
    { id: "split", title: "Splits" },
    { id: "send", title: "Sends" },
    { id: "action", title: "Actions" },
  ],
  kinds: {
    trigger: kind("trigger", "Trigger", "bolt", { hasInput: false }),
    wait: kind("timing", "Wait", "schedule", { compact: true }),
    split: kind("split", "Split yes / no", "call_split", {
      outlets: [
        { id: "yes", label: "Yes" },
        { id: "no", label: "No" },
      ],
    }),
    send_email: kind("send", "Send e-mail", "mail"),
    stop: kind("action", "End", "flag", { outlets: [] }),
  },
  palette: [
    { id: "cart", family: "trigger", kind: "trigger", title: "Abandoned cart", icon: "shopping_cart", search: "basket checkout", settings: { event: "cart" }, say: "When someone leaves a cart" },
    { id: "wait", family: "timing", kind: "wait", title: "Wait", icon: "schedule", search: "time delay", settings: { hours: 1 }, say: "Wait 1 hour" },
    { id: "split", family: "split", kind: "split", title: "Split yes / no", icon: "call_split", search: "conditional split if", settings: {}, say: "If …" },
    { id: "mail", family: "send", kind: "send_email", title: "Send e-mail", icon: "mail", search: "newsletter", settings: { subject: "" }, say: "Choose an e-mail" },
  ],
};

export const traits = (block) => CATALOG.kinds[block.kind];

export const cartFlow = () => ({
  format: 1,
  name: "Abandoned cart",
  blocks: [
    { id: "cart", kind: "trigger", settings: {}, position: { x: 0, y: 0 } },
    { id: "wait", kind: "wait", settings: { hours: 1 }, position: { x: 0, y: 140 } },
    { id: "mail", kind: "send_email", settings: {}, position: { x: 0, y: 240 } },
    { id: "split", kind: "split", settings: {}, position: { x: 0, y: 340 } },
    { id: "mailA", kind: "send_email", settings: {}, position: { x: -140, y: 480 } },
    { id: "mailB", kind: "send_email", settings: {}, position: { x: 140, y: 480 } },
  ],
  links: [
    { from: "cart", outlet: "next", to: "wait" },
    { from: "wait", outlet: "next", to: "mail" },
    { from: "mail", outlet: "next", to: "split" },
    { from: "split", outlet: "yes", to: "mailA" },
    { from: "split", outlet: "no", to: "mailB" },
  ],
  exits: [],
});
