export { FlowCanvas as default } from "flowcanvas";
