/** The Java processes that are measured: two ends of a socket, in four roles. */
@org.jspecify.annotations.NullMarked
package io.heliograph.bench.peer;
