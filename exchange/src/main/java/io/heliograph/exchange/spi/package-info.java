/** Service provider interface of engines that are selected by a URL. */
package io.heliograph.exchange.spi;
