/** The parts of a message's way, measured by themselves. */
@org.jspecify.annotations.NullMarked
package io.heliograph.bench.micro;
