/** What a headers callback asks for. */
export enum Action {
  /** The message goes on with the headers as they are now. */
  Continue = 0,
  /** The message is held until `continueRequest` or `continueResponse`, or until a reply is sent. */
  Pause = 1,
}
