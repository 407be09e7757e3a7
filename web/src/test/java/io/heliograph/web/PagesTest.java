package io.heliograph.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.Subscription;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {

    @TempDir
    Path temporary;

    private Path folder = Path.of(".");

    @BeforeEach
    void files() throws IOException {
        folder = temporary.resolve("pages");
        Files.createDirectories(folder.resolve("sub"));
        Files.writeString(temporary.resolve("secret.txt"), "secret");
        Files.writeString(folder.resolve("index.html"), "start");
        Files.writeString(folder.resolve("app.js"), "script");
        Files.writeString(folder.resolve("a b.txt"), "blank");
        Files.writeString(folder.resolve(".hidden"), "hidden");
        Files.writeString(folder.resolve("sub/index.html"), "below");
        Files.createSymbolicLink(folder.resolve("out.txt"), temporary.resolve("secret.txt"));
    }

    private static HttpResponse get(Pages pages, String target) throws IOException {
        return pages.handle(request("GET", target));
    }

    private static HttpRequest request(String method, String target) {
        return new HttpRequest(
                method, target, HttpHeaders.empty(), new Address.Tcp("127.0.0.1", 1), false, Frame.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "/, start, text/html; charset=utf-8",
        "/index.html?v=1, start, text/html; charset=utf-8",
        "/app.js, script, text/javascript; charset=utf-8",
        "/a%20b.txt, blank, text/plain; charset=utf-8",
        "/sub/, below, text/html; charset=utf-8",
    })
    void fileIsServedWithItsType(String target, String body, String type) throws IOException {
        HttpResponse response = get(Pages.folder(folder), target);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(Frame.utf8(body));
        assertThat(response.headers().first("content-type")).contains(type);
        assertThat(response.headers().first("X-Content-Type-Options")).contains("nosniff");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt",
                "/%2e%2e/secret.txt",
                "/..%2fsecret.txt",
                "/sub/../../secret.txt",
                "//secret.txt",
                "/..\\secret.txt",
                "/%5c..%5csecret.txt",
                "/.hidden",
                "/out.txt",
                "/sub",
                "/none.txt",
                "/app.js%00.txt",
                "/%ff",
                "/%4",
                "/%zz",
                "/app.js/",
                "/./app.js",
                "/sub//index.html"
            })
    void nothingElseIsServed(String target) throws IOException {
        assertThat(get(Pages.folder(folder), target).status()).isEqualTo(404);
    }

    @Test
    void pagesMayLieBelowAPrefix() throws IOException {
        Pages pages = Pages.folder(folder).under("/pages/");
        assertThat(get(pages, "/pages/app.js").status()).isEqualTo(200);
        assertThat(get(pages, "/pages/").status()).isEqualTo(200);
        assertThat(get(pages, "/app.js").status()).isEqualTo(404);
    }

    @Test
    void onlyGetAndHeadAreAnswered() throws IOException {
        Pages pages = Pages.folder(folder);
        assertThat(pages.handle(request("HEAD", "/")).status()).isEqualTo(200);
        HttpResponse refused = pages.handle(request("POST", "/"));
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.headers().first("Allow")).contains("GET, HEAD");
    }

    @Test
    void resourcesAreServedToo() throws IOException {
        Pages pages = Pages.resources(PagesTest.class, "/io/heliograph");
        assertThat(get(pages, "/web/PagesTest.class").status()).isEqualTo(200);
        assertThat(get(pages, "/web").status()).isEqualTo(404);
        assertThat(get(pages, "/web/").status()).isEqualTo(404);
        assertThat(get(pages, "/none.txt").status()).isEqualTo(404);
    }

    // ---- routes

    @Test
    void theMostSpecificRouteWins() {
        Routes<String> routes = new Routes<>();
        routes.add("/*", "all");
        routes.add("/a/*", "a");
        Subscription exact = routes.add("/a/b", "b");
        assertThat(routes.find("/")).isEqualTo("all");
        assertThat(routes.find("/a")).isEqualTo("all");
        assertThat(routes.find("/a/")).isEqualTo("a");
        assertThat(routes.find("/a/b")).isEqualTo("b");
        assertThat(routes.find("/a/b/c")).isEqualTo("a");
        exact.close();
        assertThat(routes.find("/a/b")).isEqualTo("a");
        assertThatThrownBy(() -> routes.add("/a/*", "other"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("/a/*");
        assertThatThrownBy(() -> routes.add("a", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> routes.add("/a?b", "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void largeFileIsStreamedWithItsLength() throws Exception {
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        Files.write(folder.resolve("large.bin"), large);
        HttpResponse response = get(Pages.folder(folder), "/large.bin");
        assertThat(response.headers().first("Content-Length")).contains(Integer.toString(large.length));
        assertThat(response.body().length()).isZero();

        ByteArrayOutputStream received = new ByteArrayOutputStream();
        CompletableFuture<Void> completed = new CompletableFuture<>();
        response.stream().orElseThrow().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Frame frame) {
                received.writeBytes(frame.toByteArray());
            }

            @Override
            public void onError(Throwable failure) {
                completed.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                completed.complete(null);
            }
        });
        Await.value(completed);
        assertThat(received.toByteArray()).isEqualTo(large);
    }
}
