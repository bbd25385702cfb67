export type {
  EventLog,
  EventToLog,
  Feed,
  GroupSettings,
  Join,
  LoggedEvent,
  LookAtLines,
  OrderedEvent,
} from '../log/event-log.ts';
export { EVENT_LOG_CASES, type LogCase } from './log-contract.ts';
