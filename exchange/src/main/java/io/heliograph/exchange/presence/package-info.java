/** Members of channels on all nodes. */
package io.heliograph.exchange.presence;
