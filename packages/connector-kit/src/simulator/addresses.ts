import type { Recipient } from '../warehouse/shapes.ts'

/**
 * Whom the shoppers of simulated platforms have their parcels sent to: made up, and like real ones. Some countries have no
 * regions, one address is in Chinese, one has a company and a second line. Numbers and names are those kept for examples.
 */
export const sampleRecipients: readonly Recipient[] = [
  {
    ...nothingMore(),
    name: 'Jane Sample',
    addressLines: ['1201 Example Avenue', 'Apt 4B'],
    city: 'Los Angeles',
    region: 'CA',
    postalCode: '90013',
    country: 'US',
    phone: '+12025550143',
    email: 'jane.sample@example.com',
  },
  {
    ...nothingMore(),
    name: 'Erika Musterfrau',
    company: 'Muster GmbH',
    addressLines: ['Musterweg 12'],
    city: 'Köln',
    region: undefined,
    postalCode: '50667',
    country: 'DE',
    email: 'erika@example.com',
  },
  {
    ...nothingMore(),
    name: '王小明',
    addressLines: ['福田区样本路88号', '3栋1202室'],
    city: '深圳市',
    region: '广东省',
    postalCode: '518048',
    country: 'CN',
    phone: '+8675500000000',
  },
  {
    ...nothingMore(),
    name: "Aoife O'Sample",
    addressLines: ['7 Specimen Quay'],
    city: 'Dublin',
    region: undefined,
    postalCode: 'D02 XY00',
    country: 'IE',
    phone: '+35315550100',
  },
  {
    ...nothingMore(),
    name: 'Jean Exemple',
    addressLines: ['3 rue de l’Exemple'],
    city: 'Montréal',
    region: 'QC',
    postalCode: 'H2X 1Y4',
    country: 'CA',
    phone: '+15145550199',
    email: 'jean@example.org',
  },
  {
    ...nothingMore(),
    name: '見本 花子',
    addressLines: ['見本町1-2-3'],
    city: '新宿区',
    region: '東京都',
    postalCode: '160-0022',
    country: 'JP',
  },
  {
    ...nothingMore(),
    name: 'Sam Specimen',
    addressLines: ['45 Sample Street'],
    city: 'Sydney',
    region: 'NSW',
    postalCode: '2000',
    country: 'AU',
    phone: '+61255501234',
  },
  {
    ...nothingMore(),
    // A place without postal codes.
    name: 'Chan Tai Man',
    addressLines: ['Flat 8, 21 Sample Road'],
    city: 'Kowloon',
    region: undefined,
    postalCode: undefined,
    country: 'HK',
    phone: '+85255500000',
  },
]

/** Draws one after the other. @param random 0 ≤ n < 1, a stream of its own: it must not move what else a seed says */
export function createAddressBook(random: () => number): () => Recipient {
  return () => {
    const found = sampleRecipients[Math.floor(random() * sampleRecipients.length)]
    if (found === undefined) throw new Error('a number below one was expected')
    return { ...found, addressLines: [...found.addressLines] }
  }
}

function nothingMore(): Pick<Recipient, 'company' | 'phone' | 'email'> {
  return { company: undefined, phone: undefined, email: undefined }
}
