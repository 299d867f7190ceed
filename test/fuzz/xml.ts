/** Documents in request bodies: a document that is read can be written, and is unchanged when it is read again. */

import { readXml, type XmlNode } from "../../emulator/xml/read.ts";
import {
	writeXml,
	type XmlElement,
	type XmlValue,
} from "../../emulator/xml/write.ts";
import { agree, reading, type Target } from "./engine/target.ts";

const ROOTS = ["Delete", "Tagging", "a"];

export default {
	about: "XML of request bodies; read, written and read again",
	seeds: [
		"<a/>",
		"<Delete><Quiet>true</Quiet><Object><Key>a&amp;b&#x1c;</Key></Object></Delete>",
		'<?xml version="1.0" encoding="UTF-8"?>\n<Tagging x="1"><!-- c --><TagSet><![CDATA[<]]></TagSet></Tagging>',
		'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
		"<x:a xmlns:x='y'>&#128512;&lt;&gt;&quot;&apos; & &amp</x:a>",
	],
	run: async (input) => {
		const root = await reading(input, () => readXml(input, ...ROOTS));
		if (!root) return;
		// The writer writes either children or text.
		const written = writeXml(root.name, toValue(root));
		const again = await readXml(Buffer.from(written), root.name);
		agree("a document", toValue(again), toValue(root));
	},
} satisfies Target;

function toValue({ text, children }: XmlNode): XmlValue {
	if (children.length === 0) return text.trim() === text ? text : text.trim();
	const list = children.map(
		(child): XmlElement => ({ [child.name]: toValue(child) }),
	);
	return { "": list };
}
