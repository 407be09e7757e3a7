/** A port for web pages and WebSockets, which protocols are attached to. */
package io.heliograph.web;
