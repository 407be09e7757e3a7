package io.heliograph.codec.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.bean.BeanDeserializer;

/**
 * Reads a record by finding its members in the bytes and putting them into place. Jackson does so for beans; for records it
 * looks each name up as a string and keeps a list of what it has found, which takes half the time of reading a small one.
 *
 * <p>A record for which annotations or modules ask more than its members is left to Jackson.
 */
final class RecordReader extends BeanDeserializer {

    /** Replaces Jackson's readers of records. */
    static final class Modifier extends ValueDeserializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public ValueDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription.Supplier bean, ValueDeserializer<?> original) {
            return bean.getBeanClass().isRecord() && original.getClass() == BeanDeserializer.class
                    ? new RecordReader((BeanDeserializer) original)
                    : original;
        }
    }

    private static final long serialVersionUID = 1L;

    private static final Object MISSING = new Object();

    /**
     * Where the members go.
     *
     * @param places their places in the constructor, by the numbers that the matcher gives to names
     * @param components how to read them, by their places; empty to leave all to Jackson
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and nobody else sees it
    private record Plan(int[] places, SettableBeanProperty[] components) {
        static final Plan NONE = new Plan(new int[0], new SettableBeanProperty[0]);
    }

    /** Made at the first use, when Jackson has put everything together; twice at worst. */
    private transient volatile @Nullable Plan plan;

    private RecordReader(BeanDeserializer original) {
        super(original);
    }

    /** Whether it does it itself, for records of this type. */
    boolean isQuick() {
        return plan().components.length > 0;
    }

    private Plan plan() {
        Plan known = plan;
        if (known == null) {
            known = isPlain() ? newPlan() : Plan.NONE;
            plan = known;
        }
        return known;
    }

    private Plan newPlan() {
        int[] places = new int[_propsByIndex.length];
        SettableBeanProperty[] components =
                new SettableBeanProperty[_propertyBasedCreator.properties().size()];
        for (int i = 0; i < places.length; i++) {
            SettableBeanProperty component = _propertyBasedCreator.findCreatorProperty(_propsByIndex[i].getName());
            if (component == null
                    || component.isRequired()
                    || component.isInjectionOnly()
                    || component.getInjectionDefinition() != null) {
                return Plan.NONE;
            }
            places[i] = component.getCreatorIndex();
            components[places[i]] = component;
        }
        return Arrays.asList(components).contains(null) ? Plan.NONE : new Plan(places, components);
    }

    private boolean isPlain() {
        return _propertyBasedCreator != null
                && _objectIdReader == null
                && _injectables == null
                && _anySetter == null
                && _unwrappedPropertyHandler == null
                && _externalTypeIdHandler == null
                && _ignorableProps == null
                && _includableProps == null;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // of a mark
    protected Object _deserializeUsingPropertyBased(JsonParser parser, DeserializationContext context) {
        Plan members = plan();
        SettableBeanProperty[] components = members.components;
        if (components.length == 0 || context.getActiveView() != null) {
            return super._deserializeUsingPropertyBased(parser, context);
        }
        Object[] values = new Object[components.length];
        Arrays.fill(values, MISSING);
        int found = parser.currentNameMatch(_propNameMatcher);
        while (true) {
            if (found >= 0) {
                parser.nextToken();
                int place = members.places[found];
                values[place] = _deserializeWithErrorWrapping(parser, context, components[place]);
            } else if (found == PropertyNameMatcher.MATCH_UNKNOWN_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                handleUnknownProperty(parser, context, handledType(), name);
            } else if (found == PropertyNameMatcher.MATCH_END_OBJECT) {
                break;
            } else {
                return context.handleUnexpectedToken(getValueType(context), parser);
            }
            found = parser.nextNameMatch(_propNameMatcher);
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i] == MISSING) {
                values[i] = absent(components[i], context);
            }
        }
        return _valueInstantiator.createFromObjectWith(context, values);
    }

    /** What stands for a member that is not there, as Jackson finds it. */
    private static Object absent(SettableBeanProperty component, DeserializationContext context) {
        Object value = component.getNullValueProvider().getAbsentValue(context);
        return value != null ? value : component.getValueDeserializer().getAbsentValue(context);
    }
}
