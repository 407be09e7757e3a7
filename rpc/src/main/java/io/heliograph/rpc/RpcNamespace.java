package io.heliograph.rpc;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The methods, events and sockets of one URL path.
 *
 * <p>After {@link RpcServer#closeNamespace} all but {@link #name()} fail with {@link IllegalStateException}; {@link
 * RpcServer#namespace} makes a new one.
 */
public interface RpcNamespace extends RpcRegistry {

    /** The path, as it stands in the URL. */
    String name();

    /**
     * Sends an event to those subscribed to it in this namespace, with the arguments as an array, encoding it once for each codec.
     * An event that is not declared goes to nobody.
     *
     * @return how many it was accepted for
     */
    int emit(String event, @Nullable Object... args);

    /** The sockets connected now by their ids, of two with one id the later. A copy. */
    Map<String, RpcSocket> connected();

    /** The ids of {@link #connected()}. */
    List<String> clients();
}
