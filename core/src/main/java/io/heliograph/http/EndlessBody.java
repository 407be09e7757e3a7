package io.heliograph.http;

import io.heliograph.frame.Frame;
import java.util.concurrent.Flow;

/**
 * Body of a response without an end, such as server-sent events, for {@link HttpResponse#stream}. Besides the rules for other streams:
 *
 * <ul>
 *   <li>The transport subscribes, requests and cancels on the event loop of the connection.
 *   <li>The connection serves no further request. What the peer sends meanwhile is discarded.
 *   <li>The subscription is canceled as soon as the peer ends its output, and not only when a write fails; also if the connection has
 *       closed before the response.
 *   <li>A server that closes gracefully ends the body instead of waiting for its end.
 * </ul>
 */
public interface EndlessBody extends Flow.Publisher<Frame> {}
