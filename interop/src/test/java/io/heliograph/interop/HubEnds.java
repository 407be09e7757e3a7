package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;

import io.heliograph.Address;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.RpcEvent;
import io.heliograph.rpc.RpcException;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Ends of a matrix. */
final class HubEnds {

    private HubEnds() {}

    /** Returns the result of a call as text. */
    private static String outcome(CompletableFuture<? extends @Nullable Payload> call) {
        try {
            return HubEnd.text(call.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return error(Failures.unwrap(e));
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static String error(Throwable failure) {
        return switch (failure) {
            case RpcException rpc -> "error " + rpc.code() + " " + rpc.data();
            case RealtimeException realtime -> "error " + realtime.errorName();
            case CallException call -> "error " + call.code() + " " + call.errorName();
            default -> "error " + failure;
        };
    }

    /** The program that owns the hub. */
    static final class Java extends HubEnd {

        private final Hub hub;

        Java(Hub hub) {
            super("Java");
            this.hub = hub;
        }

        @Override
        void publish(String channel, Payload data) {
            value(hub.exchange().publish(channel, data));
        }

        @Override
        void subscribe(String channel) {
            hub.channel(channel).on(publication -> received(channel, publication.data()));
            Awaitility.await().until(() -> hub.exchange().isSubscribed(channel));
        }

        @Override
        String call(String procedure, Payload argument) {
            return outcome(hub.call(procedure, argument)
                    .thenApply(result -> result instanceof Payload payload
                            ? payload
                            : Payload.ofValue(Codec.named("json-base64"), result)));
        }

        @Override
        void close() {}
    }

    /** RPC in JSON or MessagePack, over WebSocket or a Unix socket. */
    static final class Rpc extends HubEnd {

        private final RpcClient client;
        private final Codec codec;

        Rpc(String url, RpcCodec codec) {
            super("RPC " + codec + (url.startsWith("unix:") ? " over Unix" : ""));
            RpcClient.Builder builder = url.startsWith("unix:")
                    ? RpcClient.builder(Address.parse(url), "/")
                    : RpcClient.builder(URI.create(url));
            this.codec = Codec.named(codec == RpcCodec.JSON ? "json" : "msgpack");
            this.client = builder.codec(codec).maxMessageBytes(2 << 20).build();
            value(client.connect());
        }

        @Override
        void publish(String channel, Payload data) {
            List<Object> params = new ArrayList<>(List.of(channel));
            if (data.isPresent()) {
                params.add(in(codec, data));
            }
            value(client.call("helio.publish", params, Boolean.class));
        }

        @Override
        void subscribe(String channel) {
            value(client.events(channel)
                    .subscribe((RpcEvent event) -> received(
                            channel,
                            event.args().isEmpty() ? null : event.args().get(0))));
        }

        @Override
        String call(String procedure, Payload argument) {
            return outcome(client.call(procedure, argument.isPresent() ? in(codec, argument) : null, Payload.class));
        }

        /** The MessagePack of the forks has no integers beyond 53 bits: the publication is reported, and not delivered. */
        @Override
        @Nullable
        String largeInteger() {
            return codec.name().equals("json") ? super.largeInteger() : null;
        }

        /** An integer beyond 32 bits is a double in the MessagePack of the forks. */
        @Override
        String seen(String json) {
            return codec.name().equals("msgpack") && json.equals("9007199254740992") ? json + ".0" : json;
        }

        @Override
        void close() {
            client.close();
        }
    }

    /** SocketCluster in JSON or with the codec min-bin. */
    static final class SocketCluster extends HubEnd {

        private final RealtimeClient client;
        private final boolean binary;

        SocketCluster(String url, boolean binary) {
            super("SocketCluster " + (binary ? "min-bin" : "JSON"));
            this.binary = binary;
            this.client = RealtimeClient.builder(URI.create(url))
                    .codec(binary ? RealtimeCodec.minBin() : RealtimeCodec.json())
                    .maxMessageBytes(2 << 20)
                    .build();
            value(client.connect());
        }

        @Override
        void publish(String channel, Payload data) {
            value(client.channel(channel).publish(data));
        }

        @Override
        void subscribe(String channel) {
            var subscribing = client.channel(channel);
            subscribing.on(data -> received(channel, data));
            value(subscribing.subscribe().subscribed());
        }

        @Override
        String call(String procedure, Payload argument) {
            return outcome(argument.isPresent() ? client.invoke(procedure, argument) : client.invoke(procedure));
        }

        @Override
        boolean hasAbsence() {
            return !binary;
        }

        /** The codec min-bin writes such a number as JavaScript does, as a double. */
        @Override
        String largeInteger() {
            return binary ? "9007199254740992" : "9007199254740993";
        }

        @Override
        void close() {
            client.close();
        }
    }

    /** The npm package socketcluster-client, in JSON or with its codec min-bin. */
    static final class NpmSocketCluster extends HubEnd {

        private final PeerProcess client;
        private final boolean binary;
        private final EventQueues events;

        NpmSocketCluster(String url, boolean binary) {
            super("npm SocketCluster " + (binary ? "min-bin" : "JSON"));
            this.binary = binary;
            URI address = URI.create(url);
            this.client = PeerProcess.script(
                    "realtime-client.js",
                    "hostname",
                    address.getHost(),
                    "port",
                    address.getPort(),
                    "path",
                    address.getPath(),
                    "codec",
                    binary ? "minBin" : "json",
                    "ackTimeout",
                    20_000);
            this.events = new EventQueues(client);
            client.await("ready");
            client.command("connect");
            client.await("connect");
        }

        /** Waits for the answer to the last request. */
        private PeerEvent outcome() {
            return events.next("answer", "failure");
        }

        @Override
        void publish(String channel, Payload data) {
            if (data.isPresent()) {
                client.command("invokePublish", "channel", channel, "data", data.value());
            } else {
                client.command("invokePublish", "channel", channel);
            }
            PeerEvent answer = outcome();
            if (answer.name().equals("failure")) {
                throw new AssertionError(answer);
            }
        }

        @Override
        void subscribe(String channel) {
            client.command("subscribe", "channel", channel);
            client.await("subscribe");
        }

        @Override
        String next() {
            return data(events.next("message"));
        }

        private static String data(PeerEvent event) {
            return event.fields().containsKey("absent")
                    ? NONE
                    : text(Payload.ofValue(Codec.named("json-base64"), event.get("data")));
        }

        @Override
        String call(String procedure, Payload argument) {
            client.command("invoke", "name", procedure, "data", argument.value());
            PeerEvent answer = outcome();
            return answer.name().equals("failure")
                    ? "error " + ((Map<?, ?>) answer.get("error")).get("name")
                    : data(answer);
        }

        @Override
        boolean hasAbsence() {
            return !binary;
        }

        /** Programs in JavaScript have no integers beyond 53 bits. */
        @Override
        String largeInteger() {
            return "9007199254740992";
        }

        @Override
        void close() {
            client.close();
        }
    }

    /** The npm package rpc-websockets, in JSON or with the MessagePack package of a fork. */
    static final class NpmRpc extends HubEnd {

        private final PeerProcess client;
        private final boolean json;
        private final EventQueues events;

        NpmRpc(String url, String pack) {
            super("npm RPC " + pack);
            this.json = pack.equals("json");
            this.client = json
                    ? PeerProcess.script("rpc-client.js", "url", url)
                    : PeerProcess.script("rpc-client.js", "url", url, "pack", pack);
            this.events = new EventQueues(client);
            client.next("open");
        }

        @Override
        void publish(String channel, Payload data) {
            List<@Nullable Object> params = new ArrayList<>(List.of(channel));
            if (data.isPresent()) {
                params.add(data.value());
            }
            client.command("call", "call", "publish", "method", "helio.publish", "params", params);
            events.next("result");
        }

        @Override
        void subscribe(String channel) {
            client.command("subscribe", "call", "subscribe", "name", channel);
            events.next("result");
        }

        @Override
        String next() {
            List<?> list = (List<?>) Objects.requireNonNull(events.next("event").get("args"));
            return list.isEmpty() ? NONE : text(Payload.ofValue(Codec.named("json-base64"), list.get(0)));
        }

        @Override
        String call(String procedure, Payload argument) {
            throw new UnsupportedOperationException("HubRpcInteropTest.npmClientCallsProcedures");
        }

        /** Programs in JavaScript have no integers beyond 53 bits. */
        @Override
        @Nullable
        String largeInteger() {
            return json ? "9007199254740992" : null;
        }

        /** The package decodes bytes as an array of JavaScript, which its JSON shows by index. */
        @Override
        String seen(String text) {
            return json ? text : text.replace("{\"base64\":true,\"data\":\"AAEC\"}", "{\"0\":0,\"1\":1,\"2\":2}");
        }

        @Override
        void close() {
            client.close();
        }
    }
}
