/** Microbenchmarks of the parts of the message path. */
@org.jspecify.annotations.NullMarked
package io.heliograph.bench.micro;
