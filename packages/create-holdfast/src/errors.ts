/** Base of what `create-holdfast` refuses or fails at. */
export abstract class CreateError extends Error {
  abstract readonly code: string;
  /** What the command ends with. */
  abstract readonly exitCode: number;
}

/** An option, a template or an answer that cannot be used. */
export class UsageError extends CreateError {
  override readonly name = 'UsageError';
  readonly code = 'ERR_CREATE_USAGE';
  readonly exitCode = 2;
}

/** A name that npm would refuse. Nothing was written. */
export class ProjectNameError extends CreateError {
  override readonly name = 'ProjectNameError';
  readonly code = 'ERR_CREATE_NAME';
  readonly exitCode = 1;
}

/** The folder cannot take a project: it holds something, or is no folder. Nothing was written. */
export class TargetFolderError extends CreateError {
  override readonly name = 'TargetFolderError';
  readonly code = 'ERR_CREATE_FOLDER';
  readonly exitCode = 1;
}

/** Writing failed. What was written has been removed again. */
export class WriteProjectError extends CreateError {
  override readonly name = 'WriteProjectError';
  readonly code = 'ERR_CREATE_WRITE';
  readonly exitCode = 1;
}

/** The project is there, and its dependencies are not. */
export class InstallError extends CreateError {
  override readonly name = 'InstallError';
  readonly code = 'ERR_CREATE_INSTALL';
  readonly exitCode = 3;
}

/** Ctrl+C while something was asked. Nothing was written. */
export class CancelledError extends CreateError {
  override readonly name = 'CancelledError';
  readonly code = 'ERR_CREATE_CANCELLED';
  readonly exitCode = 130;

  constructor() {
    super('Stopped; nothing was written.');
  }
}
