/** JSONata that people outside of the house have written: `@plimsoll/connector-kit/expressions`. */
export { type Evaluated, type Evaluation, EXPRESSION_JOBS, ExpressionProblem, evaluate } from './evaluator.ts'
export { expression, mapping } from './expression-text.ts'
export { expressionInChinese } from './said-in-chinese.ts'
