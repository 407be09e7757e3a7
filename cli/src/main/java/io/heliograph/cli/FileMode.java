package io.heliograph.cli;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** The permissions of a file; a type of its own, because a set means several values to the parser of options. */
record FileMode(Set<PosixFilePermission> permissions) {}
