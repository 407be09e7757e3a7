/** Engine of a single process: order, history, presence and control in memory. */
package io.heliograph.exchange.memory;
