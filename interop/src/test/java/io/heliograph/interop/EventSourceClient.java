package io.heliograph.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heliograph.Address;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.DeliveryOracle;
import io.heliograph.testkit.FaultProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Client of an event stream, as {@code EventSource} of a browser: it connects again with the id of the last event, after a random delay.
 * Behind a proxy that cuts its connection.
 */
final class EventSourceClient implements AutoCloseable {

    private static final Pattern REASON = Pattern.compile("\"reason\":\"([^\"]*)\"");

    final FaultProxy proxy;
    final DeliveryOracle.Log log;
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI uri;
    private final Duration maxAbsence;
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private String lastId = "";
    private volatile boolean closed;

    EventSourceClient(String channel, int port, DeliveryOracle.Log log, Duration maxAbsence) throws IOException {
        this.log = log;
        this.maxAbsence = maxAbsence;
        this.proxy = FaultProxy.listen(new Address.Tcp("127.0.0.1", 0), new Address.Tcp("127.0.0.1", port))
                .withoutRecord();
        this.uri = URI.create(
                "http://127.0.0.1:" + ((Address.Tcp) proxy.address()).port() + "/api/subscribe?channel=" + channel);
        Thread.ofVirtual().start(this::read);
        Await.value(subscribed);
    }

    /** Reads one stream to its end, and then begins another one. */
    private void read() {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (!lastId.isEmpty()) {
            request.header("Last-Event-ID", lastId);
        }
        try {
            HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() == 200) {
                read(new BufferedReader(new InputStreamReader(response.body(), UTF_8)));
            }
        } catch (IOException cut) {
            // Connects again.
        } catch (InterruptedException e) {
            return;
        }
        if (!closed) {
            long delay = ThreadLocalRandom.current().nextLong(maxAbsence.toMillis());
            CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS)
                    .execute(() -> Thread.ofVirtual().start(this::read));
        }
    }

    private void read(BufferedReader lines) throws IOException {
        String id = "";
        String event = "";
        String data = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.isEmpty()) {
                if (!id.isEmpty()) {
                    lastId = id;
                    received(event, data);
                }
                id = "";
                event = "";
                data = "";
            }
        }
    }

    private void received(String event, String data) {
        if (event.isEmpty()) {
            log.received(data.substring(1, data.length() - 1), lastId);
            return;
        }
        if (event.equals("gap") || data.contains("\"recovered\":false")) {
            Matcher reason = REASON.matcher(data);
            log.gap(reason.find() ? reason.group(1) : data);
        }
        subscribed.complete(null);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        proxy.close();
        http.shutdownNow();
    }
}
