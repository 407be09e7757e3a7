/** A channel whose member serves the other members as a hub: their messages and requests on the event loop, without listeners. */
package io.heliograph.channel.spi;
