package io.heliograph.server.binding;

import io.heliograph.codec.CodecException;
import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.spi.RpcFormat;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.NameMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Events and methods of one namespace, as channels and procedures of the hub, and the encodings of its events. Thread-safe. */
final class RpcNames {

    /** Format and whether events carry their position. */
    private record Form(RpcFormat format, boolean positions) {}

    private final HubCore hub;
    private final NameMap names;
    private final String prefix;
    private final Map<Form, Encoding> encodings = new ConcurrentHashMap<>();

    /** Number of connections. Guarded by the map of the binding. */
    int users;

    /** @param namespace path of the namespace, percent-encoded as in the URL */
    RpcNames(HubCore hub, NameMap names, String namespace) {
        this.hub = hub;
        this.names = names;
        this.prefix = prefix(namespace);
    }

    private static String prefix(String namespace) {
        String path = namespace;
        try {
            path = URLDecoder.decode(namespace.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            // A path with an incomplete escape is used as it is.
        }
        String name = path.startsWith("/") ? path.substring(1) : path;
        return name.isEmpty() || name.endsWith("/") ? name : name + "/";
    }

    /** Returns the channel of an event, or null if the rules hide it. */
    @Nullable
    String channel(String event) {
        return names.channel(prefix + event);
    }

    /** Returns the channel of an event, or null if the rules hide it in one of the directions. */
    @Nullable
    String channelToRead(String event) {
        return names.channelToRead(prefix + event);
    }

    /** Returns the event of a channel, or null if it does not belong to the namespace or the rules hide it. */
    @Nullable
    String event(String channel) {
        return withoutPrefix(names.nameOf(channel));
    }

    /** Returns the procedure of a method, or null if the rules hide it. */
    @Nullable
    String procedure(String method) {
        return names.procedure(prefix + method);
    }

    /** Returns the method of a name by which a procedure is called, or null if the namespace has no method for it. */
    @Nullable
    String method(String name) {
        return withoutPrefix(name);
    }

    private @Nullable String withoutPrefix(@Nullable String name) {
        return name != null && name.startsWith(prefix) ? name.substring(prefix.length()) : null;
    }

    /**
     * Returns the encoding of an event. All connections of the namespace share it, unless the rules give the channel another name.
     *
     * @param positions whether the frame carries the position
     */
    Encoding encoding(String channel, String event, RpcFormat format, boolean positions) {
        return event.equals(event(channel))
                ? encodings.computeIfAbsent(
                        new Form(format, positions), form -> publication -> encode(publication, form, null))
                : publication -> encode(publication, new Form(format, positions), event);
    }

    /** Encodes a publication; the frame is empty, and the failure is reported, if its data cannot be converted. */
    private Frame encode(Publication publication, Form form, @Nullable String known) {
        String event = known == null ? event(publication.channel()) : known;
        try {
            return form.format.event(
                    event == null ? publication.channel() : event,
                    publication.data(form.format.codec()),
                    form.positions ? publication.position().toString() : null);
        } catch (CodecException e) {
            hub.report(e);
            return Frame.empty();
        }
    }
}
