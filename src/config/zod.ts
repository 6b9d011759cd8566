/** The one place that imports `zod`. @module */
export { z } from "zod";
