/** Nodes that share an engine, and commands to them. */
package io.heliograph.exchange.control;
