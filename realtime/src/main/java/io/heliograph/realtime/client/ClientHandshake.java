package io.heliograph.realtime.client;

import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.packet.WireErrors;
import io.heliograph.realtime.session.Call;
import io.heliograph.realtime.session.CloseCodes;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Handshake of a client's connection: loads the token, sends {@code #handshake}, and opens the client. Event loop only. */
final class ClientHandshake {

    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    private final DefaultRealtimeClient client;
    private final ClientLifecycle life;

    // Whether the client has been deauthenticated since the handshake started, which invalidates the token.
    private boolean disowned;

    ClientHandshake(DefaultRealtimeClient client, ClientLifecycle life) {
        this.client = client;
        this.life = life;
    }

    /** Invalidates the token of a handshake in progress. */
    void disown() {
        disowned = true;
    }

    /** Loads the token and sends the handshake. */
    void start(ClientConnection made, ClientConfig options) {
        disowned = false;
        client.auth
                .load()
                .whenComplete((token, failure) -> client.onLoop(() -> {
                    if (made.isReleased()) {
                        return;
                    }
                    if (failure == null) {
                        handshake(made, options, token.orElse(null));
                    } else {
                        handshakeFailed(Failures.unwrap(failure));
                    }
                }));
    }

    private void handshake(ClientConnection made, ClientConfig options, @Nullable String token) {
        Call<Payload> call = new Call<>("#handshake", PAYLOAD, options.ackTimeout(), null, cancelled -> {});
        long number = client.calls().nextId();
        Frame packet =
                client.packets.event("#handshake", Long.toString(number), Collections.singletonMap("authToken", token));
        call.whenComplete((answer, failure) -> {
            if (made.isReleased()) {
                return;
            }
            if (failure == null) {
                opened(made, answer, token, options);
            } else {
                handshakeFailed(failure);
            }
        });
        if (client.calls().register(call, number)) {
            made.sendHandshake(packet);
        }
    }

    private void handshakeFailed(Throwable failure) {
        if (failure instanceof HeliographException) {
            client.reportQuietly(failure); // the end of the attempt is reported with this cause
        } else {
            client.report(failure);
        }
        int code = CloseCodes.HANDSHAKE_FAILED;
        if (failure instanceof RealtimeException known && known.fields().get("statusCode") instanceof Number status) {
            code = status.intValue();
        }
        life.end(code, ClientFailures.describe(failure), failure);
    }

    private void opened(ClientConnection made, Payload answer, @Nullable String token, ClientConfig options) {
        PacketCodec.Reader reader = made.reader;
        String given = reader.string(answer, PacketCodec.Field.ID);
        Object ping = PacketCodec.value(reader.member(answer, PacketCodec.Field.PING_TIMEOUT));
        Object accepted = PacketCodec.value(reader.member(answer, PacketCodec.Field.IS_AUTHENTICATED));
        Payload error = reader.member(answer, PacketCodec.Field.AUTH_ERROR);
        boolean authenticated = Boolean.TRUE.equals(accepted) && token != null && !disowned;

        Duration timeout = options.connectTimeout();
        if (ping instanceof Number millis && millis.doubleValue() >= 1) {
            timeout = Duration.ofMillis(Math.min(millis.longValue(), Integer.MAX_VALUE));
        }
        life.opened(made, given, timeout);
        client.counters.opened();
        client.batcher().connected();
        client.publications.connected();
        if (options.batchOnHandshake() && !client.batcher().isBatching()) {
            client.batcher().batchOnHandshake(options.batchOnHandshakeDuration());
        }
        client.channels.prepare();
        if (authenticated && token != null) {
            client.auth.authenticated(token);
        } else {
            client.auth.unauthenticated();
        }
        if (options.autoSubscribeOnConnect()) {
            client.channels.process();
        }
        client.emit(new ClientEvent.Connect(
                given == null ? "" : given,
                timeout.toMillis(),
                authenticated,
                Optional.ofNullable(WireErrors.rehydrate(error)),
                token));
        client.presence.connected();
        life.completeConnecting();
        client.outbound.flush();
    }
}
