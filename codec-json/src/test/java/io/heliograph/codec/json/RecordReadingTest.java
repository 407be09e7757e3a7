package io.heliograph.codec.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** Comparison of {@link RecordReader} with Jackson. */
class RecordReadingTest {

    record Empty() {}

    record Point(int x, int y) {}

    record Many(String s, Long l, double d, List<Point> points, Map<String, Point> byName, Optional<String> maybe) {}

    record Chain(int value, Chain next) {}

    record Box<T>(T content) {}

    record BoxOfPoint(Box<Point> box) {}

    record Renamed(
            @JsonProperty("the-x") int x,
            @JsonAlias({"z", "zed"}) int y) {}

    record Strict(@JsonProperty(required = true) String name, int age) {}

    @JsonIgnoreProperties({"y"})
    record Ignoring(int x, int y) {}

    record Outer(@JsonIgnoreProperties("x") Point point) {}

    record Positive(int n) {
        Positive {
            if (n <= 0) {
                throw new IllegalArgumentException("n");
            }
        }
    }

    record Made(String text) {
        @JsonCreator
        static Made of(@JsonProperty("a") String a, @JsonProperty("b") String b) {
            return new Made(a + b);
        }
    }

    record Primitive(byte b, short s, int i, long l, float f, double d, boolean z, char c) {}

    private final JsonCodec codec = new JsonCodec();
    private final JsonMapper jackson = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    static Stream<Arguments> texts() {
        return Stream.of(
                        texts(Empty.class, "{}", "{'a':1}", "[]", "null", "1"),
                        texts(
                                Point.class,
                                "{'x':1,'y':2}",
                                "{'y':2,'x':1}",
                                "{'x':1}",
                                "{}",
                                "{'x':1,'z':{'x':[5,{}]},'y':2}",
                                "{'x':1,'x':3,'y':2}",
                                "{'x':null,'y':2}",
                                "{'x':1.5,'y':2}",
                                "{'x':'1','y':2}",
                                "{'x':1,'y':2}x",
                                "{'x':1,'y':2",
                                "{'x':1,}",
                                "{'\\u0078':1,'y':2}",
                                "{'x':{},'y':2}",
                                "[1,2]",
                                "'x'",
                                "null"),
                        texts(
                                Many.class,
                                "{}",
                                "{'s':'a','l':5,'d':2.5,'points':[{'x':1},{'y':2}],'byName':{'a':{'x':1,'y':9}},'maybe':'m'}",
                                "{'maybe':null,'s':null,'points':null}",
                                "{'points':[{'x':true}]}",
                                "{'byName':{'k':{'y':[]}}}"),
                        texts(Chain.class, "{'value':1,'next':{'value':2,'next':{'value':3}}}", "{'next':null}"),
                        texts(BoxOfPoint.class, "{'box':{'content':{'x':1,'y':2}}}", "{'box':{'content':7}}"),
                        texts(Renamed.class, "{'the-x':1,'y':2}", "{'x':1,'z':2}", "{'zed':3}"),
                        texts(Strict.class, "{'name':'a','age':1}", "{'age':1}", "{'name':null}"),
                        texts(Ignoring.class, "{'x':1,'y':2}"),
                        texts(Outer.class, "{'point':{'x':1,'y':2}}"),
                        texts(Positive.class, "{'n':1}", "{'n':0}", "{}"),
                        texts(Made.class, "{'a':'1','b':'2'}", "{'a':'1'}", "{'text':'t'}"),
                        texts(
                                Primitive.class,
                                "{}",
                                "{'b':1,'s':2,'i':3,'l':4,'f':1.5,'d':2.5,'z':true,'c':'x'}",
                                "{'b':300}",
                                "{'l':9223372036854775808}",
                                "{'z':null}"))
                .flatMap(each -> each);
    }

    private static Stream<Arguments> texts(Class<?> type, String... texts) {
        return Stream.of(texts).map(text -> Arguments.of(type, text.replace('\'', '"')));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void recordIsReadAsJacksonReadsIt(Class<?> type, String text) {
        String expected;
        try {
            expected = String.valueOf((Object) jackson.readValue(text, type));
        } catch (JacksonException rejected) {
            expected = "rejected";
        }
        // Twice: with a new parser and with a reused parser.
        assertThat(read(type, text)).isEqualTo(expected);
        assertThat(read(Point.class, "{\"x\":1,\"y\":2}")).isEqualTo("Point[x=1, y=2]");
        assertThat(read(type, text)).isEqualTo(expected);
    }

    @Test
    void onlyCustomizedRecordsAreLeftToJackson() throws Exception {
        assertThat(List.of(Point.class, Many.class, Chain.class, Positive.class, Primitive.class))
                .allMatch(this::isReadDirectly);
        assertThat(List.of(Strict.class, Ignoring.class, Renamed.class)).noneMatch(this::isReadDirectly);
    }

    private boolean isReadDirectly(Class<?> type) {
        RecordReader[] reader = new RecordReader[1];
        JsonMapper mapper = JsonMapper.builder()
                .addModule(new SimpleModule().setDeserializerModifier(new ValueDeserializerModifier() {
                    @Override
                    public ValueDeserializer<?> modifyDeserializer(
                            DeserializationConfig config,
                            BeanDescription.Supplier bean,
                            ValueDeserializer<?> original) {
                        ValueDeserializer<?> ours =
                                new RecordReader.Modifier().modifyDeserializer(config, bean, original);
                        if (bean.getBeanClass() == type) {
                            reader[0] = (RecordReader) ours;
                        }
                        return ours;
                    }
                }))
                .build();
        Object unused = mapper.readerFor(type);
        return reader[0].isDirect();
    }

    private String read(Class<?> type, String text) {
        try {
            return String.valueOf(codec.decode(Frame.utf8(text), type));
        } catch (CodecException rejected) {
            return "rejected";
        }
    }
}
