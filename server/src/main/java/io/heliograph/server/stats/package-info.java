/** Statistics of a hub: immutable snapshots of its counters. */
@org.jspecify.annotations.NullMarked
package io.heliograph.server.stats;
