/** Why a command cannot start, in a sentence for the person who typed it; shown without a stack. */
export class StartProblem extends Error {}
