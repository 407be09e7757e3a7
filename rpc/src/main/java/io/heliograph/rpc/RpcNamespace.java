package io.heliograph.rpc;

import java.util.List;
import java.util.Map;

/**
 * The methods, events and sockets of one URL path.
 *
 * <p>After {@link RpcServer#closeNamespace}, all methods except {@link #name()} throw {@link IllegalStateException}; {@link
 * RpcServer#namespace} creates the namespace again.
 */
public interface RpcNamespace extends RpcRegistry {

    /** Returns the path as it appears in the URL. */
    String name();

    /** Returns a copy of the connected sockets by id; of two sockets with one id, the later. */
    Map<String, RpcSocket> connected();

    /** Returns the ids of {@link #connected()}. */
    List<String> clients();
}
