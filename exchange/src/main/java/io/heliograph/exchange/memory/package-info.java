/** Engine of a single process: order, history, presence and control in memory. */
@org.jspecify.annotations.NullMarked
package io.heliograph.exchange.memory;
