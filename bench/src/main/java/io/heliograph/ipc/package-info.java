/** Benchmarks that reach into the module of this name. */
@org.jspecify.annotations.NullMarked
package io.heliograph.ipc;
