/**
 * The function of an access point for object processing.
 *
 * Pure. Source: docs «CreateAccessPointForObjectProcess»; go2's ObjectProcessConfiguration.
 */
import {
	element,
	flag,
	many,
	maybe,
	one,
	word,
} from "../configurations/shape.ts";

export const PUBLIC_BLOCK = element({ BlockPublicAccess: one(flag) });

const TRANSFORMATION = element({
	Actions: one(element({ Action: many(word) })),
	ContentTransformation: one(
		element({
			FunctionCompute: maybe(
				element({
					FunctionArn: one(word),
					FunctionAssumeRoleArn: one(word),
				}),
			),
			AdditionalFeatures: maybe(
				element({
					CustomForwardHeaders: maybe(
						element({ CustomForwardHeader: many(word) }),
					),
				}),
			),
		}),
	),
});

export const PROCESS = element({
	AllowedFeatures: maybe(element({ AllowedFeature: many(word) })),
	TransformationConfigurations: one(
		element({ TransformationConfiguration: many(TRANSFORMATION) }),
	),
});
