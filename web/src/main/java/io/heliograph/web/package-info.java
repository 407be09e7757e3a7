/** HTTP server for web pages and for the WebSockets of protocols. */
package io.heliograph.web;
