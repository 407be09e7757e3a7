/** Java processes that are measured: servers and clients in fixed roles. */
@org.jspecify.annotations.NullMarked
package io.heliograph.bench.peer;
