package io.heliograph.cli.ipc;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** File permissions. A record, because picocli parses a set as a multi-value option. */
record FileMode(Set<PosixFilePermission> permissions) {}
